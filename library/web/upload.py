"""Uploads, of one file or many: JSON for the page's script, a redirect with messages for a plain form."""

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from library import services
from library.errors import ErrorCode, LibraryError
from library.models import Track
from library.web.problems import problem
from library.web.upload_allowance import count_upload


@csrf_exempt  # only to see a refusal while the body, with the token in it, is read: `_upload` is protected
@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """`file`, once or many times. To a script: `{"items": [...]}`, each with `name` and either `id`, `title`, `url`,
    `created` and `ready`, or `code` and `message`; 201 if any track is new. `{"code", "message"}` if nothing was
    taken."""
    try:
        if not services.may_upload(request.user):
            raise LibraryError(ErrorCode.NOT_SIGNED_IN)
        return _upload(request, request.user)
    except LibraryError as error:
        if not request.accepts("text/html"):
            return problem(request, error)
        messages.error(request, error.message)
        return redirect("library:index")


@csrf_protect
def _upload(request: HttpRequest, user: User) -> HttpResponse:
    files = request.FILES.getlist("file")
    if not files:
        raise LibraryError(ErrorCode.NO_FILE)
    items, errors, created = [], [], 0
    for file in files:
        try:
            item = _take(file, user)
            created += item["created"] is True
        except LibraryError as error:
            errors.append(error)
            item = {"name": file.name, "code": error.code.value, "message": error.message}
        items.append(item)
    if len(errors) == len(files):
        raise errors[0]
    if not request.accepts("text/html"):
        return JsonResponse({"items": items}, status=201 if created else 200)
    _tell(request, created, known=len(files) - created - len(errors), errors=errors)
    return redirect("library:index")


def _take(file: UploadedFile, user: User) -> dict[str, object]:
    count_upload(user, file.size or 0)
    track, created = services.add_upload(file, name=file.name or "", added_by=user)
    return taken(file.name or "", track, created=created)


def taken(name: str, track: Track, *, created: bool) -> dict[str, object]:
    """What a script is told of a file that became a track, or was one."""
    url = reverse("library:track", args=[track.pk])
    ready = track.status == Track.Status.READY
    return {"name": name, "id": track.pk, "title": track.title, "url": url, "created": created, "ready": ready}


def _tell(request: HttpRequest, created: int, *, known: int, errors: list[LibraryError]) -> None:
    if created:
        said = ngettext("%(count)d file was added.", "%(count)d files were added.", created)
        messages.success(request, said % {"count": created})
    if known:
        said = ngettext("%(count)d file was there already.", "%(count)d files were there already.", known)
        messages.info(request, said % {"count": known})
    for error in errors:
        messages.error(request, error.message)
