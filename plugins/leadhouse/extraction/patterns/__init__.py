"""How patterns are tried at little cost, and the words in many languages that several readers share."""
