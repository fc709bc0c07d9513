"""HTTP: requests, responses, authentication and connections."""
