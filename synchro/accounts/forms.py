"""What people fill in about their accounts. Django's own forms do the rest."""

from typing import Any

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import authenticate, get_user_model
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, UserCreationForm
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from synchro.accounts import first_admin
from synchro.accounts.log_in_limits import attempt_set_up
from synchro.accounts.models import ApiToken
from synchro.limits.answers import Throttled
from synchro.limits.rates import TooManyRequests, give_back_all
from synchro.locks.named import Lock, hold


class LogInForm(AuthenticationForm):
    """Tells people how long to wait once there were too many wrong passwords."""

    def clean(self) -> dict[str, Any]:
        try:
            return super().clean()
        except TooManyRequests as error:
            raise Throttled(error.refusal) from error


class AdminLogInForm(AdminAuthenticationForm, LogInForm):
    """The same for the administration's own page."""


class OldAndNewPasswordForm(PasswordChangeForm):
    """The old password is looked at where all are: whoever sits down at another one's browser guesses no faster."""

    def __init__(self, user: User, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        self._request = request

    @sensitive_variables()
    def clean_old_password(self) -> str:
        password: str = self.cleaned_data["old_password"]
        try:
            user = authenticate(self._request, username=self.user.get_username(), password=password)
        except TooManyRequests as error:
            raise Throttled(error.refusal) from error
        if user is None:
            raise forms.ValidationError(self.error_messages["password_incorrect"], code="password_incorrect")
        return password


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

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._request = request
        self.initial.setdefault("setup_token", request.GET.get("token", ""))  # as in the link that the server prints
        self._focus_first_empty()

    def _focus_first_empty(self) -> None:
        for field in self:
            field.field.widget.attrs.pop("autofocus", None)
        empty = (field for field in self if not field.value() or isinstance(field.field.widget, forms.PasswordInput))
        next(empty).field.widget.attrs["autofocus"] = True  # a password is never filled in

    def clean_setup_token(self) -> str:
        token: str = self.cleaned_data["setup_token"]
        try:
            charges = attempt_set_up(self._request)
        except TooManyRequests as error:
            raise Throttled(error.refusal) from error
        if not first_admin.is_right(token):
            raise forms.ValidationError(_("That is not the token in the log."))
        give_back_all(charges)
        return token

    @transaction.atomic
    def save(self, commit: bool = True) -> Any:
        """Raises AlreadyAdministered."""
        hold(Lock.FIRST_ADMINISTRATOR)
        if first_admin.is_administered():  # by now: two may have sent the form at once
            raise first_admin.AlreadyAdministered
        user = super().save(commit=False)
        user.is_staff = user.is_superuser = True
        if commit:
            user.save()
        return user


class TokenForm(forms.ModelForm):
    class Meta:
        model = ApiToken
        fields = ("name",)
        labels = {"name": _("What is it for?")}
