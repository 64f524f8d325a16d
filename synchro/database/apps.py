from django.apps import AppConfig


class DatabaseConfig(AppConfig):
    """It has a command and no tables."""

    name = "synchro.database"
    label = "synchro_database"
