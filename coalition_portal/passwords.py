from django.contrib.auth.hashers import Argon2PasswordHasher


class PortalPasswordHasher(Argon2PasswordHasher):
    """Argon2id at OWASP's baseline, 19 MiB and two passes: eight sign-ins at once take 150 MiB, not 800."""

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1
