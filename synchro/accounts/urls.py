from django.contrib.auth.views import LogoutView
from django.urls import path

from synchro.accounts import views

app_name = "accounts"
urlpatterns = [
    path("", views.account, name="account"),
    path("sign-in/", views.SignIn.as_view(), name="sign-in"),
    path("sign-up/", views.SignUp.as_view(), name="sign-up"),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
    path("password/", views.PasswordChange.as_view(), name="password"),
    path("tokens/<int:pk>/revoke/", views.revoke_token, name="revoke-token"),
    path("first-administrator/", views.FirstAdministrator.as_view(), name="first-administrator"),
]
