"""A page and an HTTP API: what a camera sees, photos, drawings. Starlette and uvicorn, extra ``web``.

cli/serve → server → app → {guard, upload, desk, hub, metrics, files}
"""
