"""The same run on an engine that somebody else made: it shares the work out, survives lost workers, and waits in line.

What is read falls into parts; each becomes a small Parquet file beside the output, whole or not at all, under a name
that says what it is made of. A part that is there is done, whoever made it and however often: so no row is lost or
doubled, and a run that is started again goes on.
"""
