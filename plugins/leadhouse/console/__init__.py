"""What a person sees of the nights: figures for the CLI and the pages inside the Airflow UI. Reads only."""
