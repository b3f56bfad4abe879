"""The number of the confidentiality undertaking's wording in force.

It grows whenever templates/components/undertaking.html changes in meaning; every company then accepts anew.
"""

WORDING = 1
