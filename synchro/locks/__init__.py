"""Who is alone at something while a transaction lasts, on either database."""
