from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "synchro.accounts"
    label = "accounts"

    def ready(self) -> None:
        from synchro.accounts import devices, first_admin  # noqa: F401  # they listen to the accounts' signals
