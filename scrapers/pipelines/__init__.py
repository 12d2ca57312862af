"""Where items end: in the database by `landing`, or in memory by `collecting`."""
