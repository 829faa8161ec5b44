"""Settings as administrators type them into system parameters."""


def whole_number(text):
    """Return a number of at most nine digits; 0 where the setting says nothing usable."""
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else 0
