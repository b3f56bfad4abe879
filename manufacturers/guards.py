from coalition_portal.guards import append_only

GUARDS = [*append_only("manufacturers_undertaking"), *append_only("manufacturers_companyrecord")]
