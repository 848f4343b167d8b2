"""One referral, from the consent that allows it to the answer of the service and its end."""
