"""The console: files of one folder, and nothing beside it; any other path is its first page."""

from pathlib import Path

from anyio.to_thread import run_sync
from fastapi import Response
from starlette.exceptions import HTTPException

from standex.edges.web.web_parts import Parts

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".wav": "audio/wav",
    ".mp3": "audio/mpeg",
    ".wasm": "application/wasm",
}
FOREVER = "public, max-age=31536000, immutable"


def packaged_console() -> Path | None:
    """Return the folder of the console that comes with the package, or None."""
    folder = Path(__file__).with_name("console")
    return folder if (folder / "index.html").is_file() else None


def add_console(parts: Parts, folder: Path | None) -> None:
    """Add the files, whoever asks: signing in is one of its pages."""
    root = None if folder is None else folder.resolve()

    @parts.app.get("/{path:path}", include_in_schema=False)
    async def console(path: str) -> Response:
        if root is None or path.startswith("api/"):
            raise HTTPException(404, "there is nothing here")
        found = await run_sync(_file, root, path)
        if found is None:
            raise HTTPException(404, "there is nothing here")
        file, content = found
        headers = {"Cache-Control": FOREVER if "assets" in file.parts else "no-cache"}
        return Response(content, media_type=TYPES[file.suffix], headers=headers)


def _file(root: Path, path: str) -> tuple[Path, bytes] | None:
    """Return a file below ``root``, or the first page for a path that is none."""
    try:
        file = (root / path).resolve()
        if not file.is_relative_to(root):
            return None
        if not file.is_file():
            if file.suffix:
                return None
            file = root / "index.html"
        return (file, file.read_bytes()) if file.suffix in TYPES else None
    except (OSError, ValueError):
        return None
