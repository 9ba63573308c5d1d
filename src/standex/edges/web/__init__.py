"""HTTP for actions, WebSocket for the live picture."""
