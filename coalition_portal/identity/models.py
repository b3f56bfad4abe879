from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from coalition_portal import clock
from coalition_portal.identity.emails import normalise_email
from coalition_portal.identity.roles import EXCLUSIVE, Role
from coalition_portal.ledger.entries import new_salt
from coalition_portal.public_ids import new_public_id


class Language(models.TextChoices):
    ENGLISH = "en", _("English")
    UKRAINIAN = "uk", _("Ukrainian")


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        """Without a password the person can sign in only after a reset."""
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str) -> "User":
        return self.get(email=normalise_email(email))


class User(AbstractBaseUser, PermissionsMixin):
    """A person, known by e-mail. `is_staff` is kept in step with live role grants by the verbs that change them."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    public_id = models.CharField(max_length=26, unique=True, default=new_public_id, editable=False)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.ENGLISH)
    time_zone = models.CharField(_("time zone"), max_length=64, default="Europe/Kyiv")
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("staff"), default=False)
    session_epoch = models.PositiveIntegerField(default=0, editable=False)
    joined_at = models.DateTimeField(_("joined at"), default=clock.now, editable=False)

    objects = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="identity_user_email_lower_case"),
            models.CheckConstraint(condition=Q(language__in=Language.values), name="identity_user_language_known"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def save(self, *args: object, **kwargs: object) -> None:
        self.email = normalise_email(self.email)
        super().save(*args, **kwargs)

    def clean(self) -> None:
        super().clean()
        self.email = normalise_email(self.email)

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Sessions die with the password and with `session_epoch`: raising it ends all of them at once."""
        return salted_hmac(
            "coalition_portal.identity.User.session",
            f"{self.session_epoch}:{self.password}",
            secret=secret,
            algorithm="sha256",
        ).hexdigest()


class MemberCountry(models.Model):
    class Level(models.TextChoices):
        OBSERVER = "OBSERVER", _("observer")
        FUNDER = "FUNDER", _("funder")
        PANEL = "PANEL", _("panel")

    code = models.CharField(_("code"), max_length=2, primary_key=True)
    level = models.CharField(_("level"), max_length=8, choices=Level, default=Level.PANEL)
    joined = models.CharField(
        _("joined"), max_length=10, blank=True, help_text=_("As the public sources give it: day, month, or nothing.")
    )
    founding = models.BooleanField(_("founding member"), default=False)
    lead = models.BooleanField(_("lead nation"), default=False)

    class Meta:
        verbose_name = _("member country")
        verbose_name_plural = _("member countries")
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^[A-Z]{2}$"), name="identity_country_code_form"),
            models.CheckConstraint(
                condition=Q(level__in=["OBSERVER", "FUNDER", "PANEL"]), name="identity_country_level_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The country's name in the reader's language."""
        return str(countries.name(self.code))


class RoleGrant(models.Model):
    """A role that a person holds from `granted_at` until `ended_at`; a live grant has no `ended_at`."""

    public_id = models.CharField(max_length=26, unique=True, default=new_public_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grants", verbose_name=_("person"))
    role = models.CharField(_("role"), max_length=8, choices=Role)
    country = models.ForeignKey(
        MemberCountry, on_delete=models.PROTECT, null=True, blank=True, related_name="grants", verbose_name=_("country")
    )
    granted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("granted by")
    )
    granted_at = models.DateTimeField(_("granted at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ended by")
    )
    salt = models.CharField(max_length=32, default=new_salt, editable=False)

    class Meta:
        verbose_name = _("role grant")
        verbose_name_plural = _("role grants")
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="identity_grant_role_known"),
            models.CheckConstraint(
                condition=Q(granted_by=None) | ~Q(granted_by=F("user")), name="identity_grant_by_another"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("granted_at")), name="identity_grant_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(ended_by=None) | Q(ended_at__isnull=False), name="identity_grant_ended_by_with_instant"
            ),
            models.UniqueConstraint(
                fields=["user", "role"], condition=Q(ended_at=None), name="identity_grant_live_once"
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(ended_at=None, role__in=sorted(EXCLUSIVE)),
                name="identity_grant_exclusive_roles",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.role} {self.country_id or ''}".strip()


class SignInLimit(models.Model):
    """Tries of one kind by one person or address, kept here while the cache does not answer (sign_in_limits.py)."""

    key = models.CharField(max_length=64, primary_key=True)  # a digest: nobody has to read whose tries these are
    value = models.JSONField()
    ends_at = models.DateTimeField()

    class Meta:
        verbose_name = _("limit of signing in")
        verbose_name_plural = _("limits of signing in")

    def __str__(self) -> str:
        return self.key


class FundMilestone(models.Model):
    """A public figure of the common fund, with the date as the source gives it: a day or only a month."""

    date = models.CharField(_("date"), max_length=10, unique=True)
    amount = models.DecimalField(_("amount"), max_digits=15, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    note_en = models.CharField(_("note (English)"), max_length=200)
    note_uk = models.CharField(_("note (Ukrainian)"), max_length=200)

    class Meta:
        verbose_name = _("fund milestone")
        verbose_name_plural = _("fund milestones")
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="identity_milestone_amount_positive")]

    def __str__(self) -> str:
        return f"{self.date} {self.amount} {self.currency}"

    @property
    def note(self) -> str:
        return self.note_uk if get_language() == "uk" else self.note_en
