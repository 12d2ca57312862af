"""What keeps the database fit: backups, restoring, rehearsed migrations, partitions, purging, reports."""
