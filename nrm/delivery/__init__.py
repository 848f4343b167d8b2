"""Ways in which a sealed package leaves the house: fetched, pushed over HTTPS, or put into a folder."""
