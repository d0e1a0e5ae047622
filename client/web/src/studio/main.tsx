import { mount } from '../parts/mount';
import '../tokens.css';
import '../base.css';
import '../parts/people.css';
import '../wall/ceremony.css';
import './studio.css';
import { Studio } from './Studio';

void mount(() => <Studio />);
