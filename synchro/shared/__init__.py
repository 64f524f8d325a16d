"""What several processes of one site share through Redis, and how each goes on where there is none."""
