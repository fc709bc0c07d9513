"""The hand-written half of the drop-in: the official client over dynclient's own.

Scripts reach it by the official names, which are mirrored in ``dynclient.compat.metadata``.
"""
