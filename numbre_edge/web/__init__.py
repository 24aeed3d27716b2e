"""A page and an HTTP API: what a camera sees, photos, drawings. Starlette and uvicorn, extra ``web``.

cli/web_export → alone: the page without any of that, for a server of files.
cli/serve → server → app → {guard, upload, desk, hub, metrics, files}
"""
