"""The configuration file: profiles, each with a server, a credential and settings."""
