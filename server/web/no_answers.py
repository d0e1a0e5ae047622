"""What a page is told over HTTP instead of an answer: a code for each kind, and its English.

A page says it in its reader's language, from `client/web/src/texts/*/told.json`, whose English has the same words.
Where an answer knows more than these words (`answers.NoAnswer`), that sentence goes beside the same code.
"""

from __future__ import annotations

from typing import Final

SENTENCES: Final = {
    # the room
    "no_room": "There is no such room. Scan the code on the wall again, or ask at the desk.",
    "unready": "The gallery cannot reach its rooms just now. Try again soon.",
    "found_unreadable": "What this room has found cannot be read here.",
    # anybody's question
    "unclear": "The gallery cannot make sense of this question. Begin anew.",
    "too_often": "Too many searches came from your network. Try again in a moment.",
    "busy": "Many people are searching at this moment. Try again soon.",
    "too_long": "That search took too long. Try more particular words.",
    "mending": "The search is being put in order. Try again soon.",
    "reading": "This collection is being read. Try again in a minute.",
    "no_space": "The gallery has no space to keep the words of this collection.",
    "no_work": "There is no such work in this collection.",
    "no_works": "None of these is a work of this collection.",
    "no_guest": "This visitor’s picture is no longer in the room.",
    "no_frame": "No picture of this room has come here yet. Open the page of the room, and ask again.",
    "frame_unreadable": "The newest picture of this room cannot be read here.",
    "no_image": "The gallery has no picture of this artwork.",
    # a visitor's own picture
    "foreign": "This page is from another site. Open one of the gallery.",
    "many_pictures": "Many pictures are arriving at this moment. Try again soon.",
    "late.one": "The picture had not arrived after one second. Send a smaller one.",
    "late.other": "The picture had not arrived after {n} seconds. Send a smaller one.",
    "not_whole": "The picture did not arrive whole. Try again.",
    "too_large": "The picture is larger than {n} MB. Send a smaller one.",
    "empty": "No picture came, only an empty file. Choose another.",
    "no_picture": "This is no picture that we can read. Send a JPEG, PNG or WebP.",
    "broken": "This picture cannot be read. Save it again as JPEG or PNG.",
    "too_many_pixels": "This picture has too many pixels. Send a smaller one.",
    "no_eyes": "This gallery cannot look at pictures.",
    # and why it cannot be visited
    "no_generator": "The generator of the wall is not at hand here, so your picture has no place.",
    "blind": "The generator of the wall cannot see pictures, so yours has no place.",
    "placeless": "The generator of the wall finds no place for your picture.",
    # or not more exactly
    "many_seeds": "Many pictures are being found more exactly at this moment, so yours stays as it was guessed.",
    "not_refined": "Your picture could not be found more exactly, so it stays as it was guessed.",
}
"""By code; with a form for one and one for other numbers where `n` is counted."""
