"""The service that runs a site day and night."""
