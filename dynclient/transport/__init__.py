"""HTTP: requests, responses, who is calling, and the connection they go through."""
