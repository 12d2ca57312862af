"""What the company is called, its registers' numbers, its trade and size, as one page says."""
