"""Where frames come from: picture files, folders, globs and videos."""
