"""Ratios against a peer or a floor, measured side by side in one run. Absolute times depend on the machine."""
