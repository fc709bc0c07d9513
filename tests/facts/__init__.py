"""Makes data files of the package from what is known of real servers."""
