"""What people type about a track."""

from django import forms

from library.models import Track
from library.services import TAGS


class TagsForm(forms.ModelForm):
    class Meta:
        model = Track
        fields = TAGS
