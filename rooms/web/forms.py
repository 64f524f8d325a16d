"""What people fill in about rooms."""

from django import forms
from django.utils.translation import gettext_lazy as _

from playback.limits import MAX_NICKNAME_LENGTH
from rooms.models import Room


class RoomForm(forms.ModelForm):
    """A room's name, who finds it and who may control it; for a new room and for its settings."""

    class Meta:
        model = Room
        fields = ["name", "visibility", "control"]
        widgets = {"visibility": forms.RadioSelect, "control": forms.RadioSelect}

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["name"].widget.attrs |= {"autocomplete": "off", "placeholder": _("Kitchen, Friday night, …")}


class NicknameForm(forms.Form):
    """How somebody wants to be called in a room. Empty is fine: the room finds a name."""

    nickname = forms.CharField(max_length=MAX_NICKNAME_LENGTH, required=False)
