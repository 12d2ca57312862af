"""Where Airflow meets the rooms: tasks, assets, connections, the dispatcher. The only room that imports Airflow."""
