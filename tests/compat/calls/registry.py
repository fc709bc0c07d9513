"""The calls by name, in the order in which they are made."""


class Calls(dict):
    """Functions ``call(om, seen)`` by name.

    ``om`` is the client, ``seen`` has the results of the calls before as attributes. A call takes
    nothing else from its surroundings, so that both SDKs do the same.
    """

    def __call__(self, function):
        """Add a function; a decorator."""
        assert function.__name__ not in self, f"two calls are named {function.__name__}"
        self[function.__name__] = function
        return function


CALLS = call = Calls()
