// A browser without JavaScript modules gets the plain page.
location.replace("plain");
