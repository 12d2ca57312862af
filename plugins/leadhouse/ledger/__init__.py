"""What happened and what it cost: batches in commit order, positions of their readers, costs, outcomes of steps."""
