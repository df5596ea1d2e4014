"""What the node decides, without touching the world."""
