"""Where Airflow meets the work: tasks, assets, connections, the dispatcher. Nothing else imports Airflow."""
