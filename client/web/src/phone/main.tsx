import { mount } from '../parts/mount';
import '../tokens.css';
import '../base.css';
import './phone.css';
import { Phone } from './Phone';

void mount(() => <Phone />);
