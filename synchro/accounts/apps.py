from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "synchro.accounts"
    label = "accounts"
