"""The HTTP interface: `create_app` makes the FastAPI application that Airflow's plugin mounts at /leadhouse."""
