"""The one-machine stack: an embedded Postgres and the processes around it, started and stopped by hand."""
