"""Signing up and in, the account page, and the first administrator."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django.views.generic import FormView

from synchro.accounts import first_admin, sign_up
from synchro.accounts.forms import (
    FirstAdministratorForm,
    LogInForm,
    OldAndNewPasswordForm,
    SignUpForm,
    TokenForm,
)
from synchro.accounts.models import ApiToken
from synchro.accounts.tokens import TooManyTokens, create_token
from synchro.limits.answers import Throttled
from synchro.limits.rates import client_key, spend


class SignIn(auth.LoginView):
    template_name = "accounts/sign_in.html"
    authentication_form = LogInForm
    redirect_authenticated_user = True


class PasswordChange(auth.PasswordChangeView):
    template_name = "accounts/password.html"
    form_class = OldAndNewPasswordForm
    success_url = reverse_lazy("accounts:account")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"request": self.request}

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        messages.success(self.request, _("Your password was changed."))
        return super().form_valid(form)


@method_decorator([sensitive_post_parameters(), never_cache], name="dispatch")
class NewAccount(auth.RedirectURLMixin, FormView):
    """Opens an account and signs in to it."""

    next_page = "rooms:home"

    def form_valid(self, form: SignUpForm) -> HttpResponse:
        login(self.request, form.save())
        return super().form_valid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"next": self.get_redirect_url()}


class SignUp(NewAccount):
    """For everybody, where the site is open to everybody."""

    template_name = "accounts/sign_up.html"
    form_class = SignUpForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not sign_up.is_open():
            return render(request, "accounts/sign_up_closed.html", status=403)
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: SignUpForm) -> HttpResponse:
        if refusal := spend(sign_up.FROM_ADDRESS, client_key(self.request)):
            form.add_error(None, Throttled(refusal))
            return self.form_invalid(form)
        return super().form_valid(form)


class FirstAdministrator(NewAccount):
    """Exists while nobody administers the site."""

    template_name = "accounts/first_administrator.html"
    form_class = FirstAdministratorForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if first_admin.is_offered() and first_admin.is_administered():
            first_admin.withdraw()  # made by a query, of which no signal tells
        if not first_admin.is_offered():
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"request": self.request}

    def form_valid(self, form: SignUpForm) -> HttpResponse:
        try:
            return super().form_valid(form)
        except first_admin.AlreadyAdministered as error:
            raise Http404 from error


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """Who one is, and one's API tokens. A new token is shown on the answer to its creation, and never again."""
    user = cast(User, request.user)
    form, token = TokenForm(request.POST or None), ""
    if form.is_valid():
        try:
            token, form = create_token(user, form.cleaned_data["name"]), TokenForm()
        except TooManyTokens:
            form.add_error(None, _("You have as many tokens as one may have. Revoke one first."))
    context = {"form": form, "new_token": token, "tokens": user.api_tokens.all()}
    return render(request, "accounts/account.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(ApiToken, pk=pk, user=request.user)
    token.delete()
    messages.success(request, _("The token “%(name)s” was revoked.") % {"name": token.name})
    return redirect(reverse("accounts:account"))
