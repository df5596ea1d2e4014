"""Software that nobody here wrote, on the same records, shapes, requests and feed."""
