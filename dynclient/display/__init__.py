"""What results look like to people: blocks of content, drawn as text, as HTML and by rich."""
