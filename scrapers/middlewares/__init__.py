"""Between the engine and the network: addresses, archive, politeness, content types."""
