"""What people fill in about their accounts. Django's own forms do the rest."""

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.forms import UserCreationForm
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from synchro.accounts import first_admin
from synchro.accounts.models import ApiToken


class SignUpForm(UserCreationForm):
    """A name and a password; Synchro asks for nothing else."""

    class Meta(UserCreationForm.Meta):
        model = get_user_model()
        fields = ("username",)


class FirstAdministratorForm(SignUpForm):
    """An account with every right, for who can read the server's log."""

    setup_token = forms.CharField(
        label=_("Set-up token"),
        help_text=_("The server wrote it into its log when it started."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}),
    )
    field_order = ["setup_token", "username"]

    def clean_setup_token(self) -> str:
        token: str = self.cleaned_data["setup_token"]
        if not first_admin.is_right(token):
            raise forms.ValidationError(_("That is not the token in the log."))
        return token

    @transaction.atomic
    def save(self, commit: bool = True) -> Any:
        user = super().save(commit=False)
        user.is_staff = user.is_superuser = True
        if commit:
            user.save()
            transaction.on_commit(first_admin.withdraw)
        return user


class TokenForm(forms.ModelForm):
    class Meta:
        model = ApiToken
        fields = ("name",)
        labels = {"name": _("What is it for?")}
