"""Signing up and in, the account page, and the first administrator."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django.views.generic import FormView

from synchro.accounts import first_admin
from synchro.accounts.forms import FirstAdministratorForm, SignUpForm, TokenForm
from synchro.accounts.models import ApiToken
from synchro.accounts.tokens import TooManyTokens, create_token


class SignIn(auth.LoginView):
    template_name = "accounts/sign_in.html"
    redirect_authenticated_user = True


class PasswordChange(auth.PasswordChangeView):
    template_name = "accounts/password.html"
    success_url = reverse_lazy("accounts:account")

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        messages.success(self.request, _("Your password was changed."))
        return super().form_valid(form)


@method_decorator([sensitive_post_parameters(), never_cache], name="dispatch")
class SignUp(auth.RedirectURLMixin, FormView):
    """Opens an account and signs in to it."""

    template_name = "accounts/sign_up.html"
    form_class = SignUpForm
    next_page = "rooms:home"

    def form_valid(self, form: SignUpForm) -> HttpResponse:
        login(self.request, form.save(), backend="django.contrib.auth.backends.ModelBackend")
        return super().form_valid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"next": self.get_redirect_url()}


class FirstAdministrator(SignUp):
    """Exists while nobody administers the site."""

    template_name = "accounts/first_administrator.html"
    form_class = FirstAdministratorForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not first_admin.is_offered():
            raise Http404
        return super().dispatch(request, *args, **kwargs)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
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
