from django.apps import AppConfig


class BackupConfig(AppConfig):
    name = "synchro.backup"
    label = "backup"
