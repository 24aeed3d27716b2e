"""Pictures rendered from digits and letters: scenes, patches found in them, what is no digit."""
